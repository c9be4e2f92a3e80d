select value from nls_database_parameters where parameter = 'NLS_CHARACTERSET'
