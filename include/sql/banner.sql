select banner from v$version where banner like '%Oracle%'
