"""The words of alarms, in Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRIGGER = (
    "Abra {dag} en Airflow: ¿está en pausa, acabó en rojo su última ejecución? Corríjalo y láncelo."
)

SPANISH: Final[Mapping[str, str]] = {
    "too_old title": "el último backup bueno es demasiado antiguo",
    "too_old what": (
        "el último backup bueno tiene {age} de antigüedad; se espera como mucho {expected}"
    ),
    "too_old todo": _TRIGGER,
    "no_backup title": "sin ningún backup bueno",
    "no_backup.never what": "nunca se ha hecho un backup",
    "no_backup.none_good what": "ningún backup está completo y verificado",
    "no_backup todo": _TRIGGER,
    "not_complete title": "el último backup no está completo",
    "not_complete what": "el último backup está {verdict}",
    "not_complete todo": (
        "Lea el informe de su ejecución ({archive}), corrija lo que indica y lance {dag}."
    ),
    "future title": "backup del futuro",
    "future what": "el último backup bueno es del futuro: revise los relojes",
    "future todo": (
        "Compare los relojes del servidor de la base de datos, de Airflow y de esta máquina."
    ),
    "lost title": "archivos que faltan o han cambiado",
    "lost what": (
        "en el almacén {store} faltan o han cambiado los archivos de {count} backups: {names}"
    ),
    "lost todo": (
        "Averigüe quién los movió o recortó y devuélvalos a su sitio, desde otro almacén si lo "
        "hay. De lo que se haya perdido, borre el manifiesto (.7z.json), para que nadie cuente "
        "con ello."
    ),
    "damaged title": "backups dañados",
    "damaged what": "en el almacén {store} hay {count} backups dañados: {names}",
    "damaged todo": (
        "Cópielos de otro almacén, o lance {dag} para hacer uno nuevo. "
        "python -m oracle_backup verify --database {database} --schema {schema} "
        "--backup <nombre> vuelve a leer uno."
    ),
    "lags title": "almacén atrasado",
    "lags.empty what": "el almacén {store} no tiene ningún backup bueno",
    "lags.old what": "el almacén {store} no tiene ninguno posterior a {time}",
    "lags todo": (
        "Limpie (Clear) la tarea verify de la última ejecución de {dag}: hace la copia que falta."
    ),
    "drill_failed title": "falló el último ensayo de restauración",
    "drill_failed what": (
        "el último ensayo de restauración, de {archive} el {time}, falló: {reason}"
    ),
    "drill_failed todo": (
        "Dé el backup por no restaurable hasta que pase un ensayo: corrija lo que indica, haga "
        "un backup nuevo y ensaye otra vez."
    ),
    "drill_overdue title": "ensayo de restauración pendiente",
    "drill_overdue.never what": (
        "nunca se ha ensayado una restauración y el primer backup bueno es de {time}; se espera "
        "un ensayo cada {expected}"
    ),
    "drill_overdue.old what": (
        "el último ensayo de restauración superado fue hace {age}; se espera uno cada {expected}"
    ),
    "drill_overdue todo": "Ensaye una restauración de su último backup: docs/how-to/restore.md.",
    "silent title": "almacén inaccesible",
    "silent what": "no se pudo preguntar al almacén {store}: {error}",
    "silent todo": (
        "python -m oracle_backup check --connections dice qué responde cada conexión. Hasta "
        "entonces nadie sabe qué hay en él."
    ),
    "unreadable title": "manifiestos ilegibles",
    "unreadable what": "en el almacén {store} hay {count} manifiestos ilegibles",
    "unreadable todo": (
        "El log de la tarea los nombra. Recupérelos de otro almacén o haga backups nuevos: lo que "
        "no tiene manifiesto no cuenta."
    ),
    "dropped title": "backups de un esquema que no está en la configuración",
    "dropped what": (
        "{count} backups suyos están en el almacén {store}, en {folders}, y la configuración no "
        "tiene ese esquema: nada hace backups de él ni borra los antiguos"
    ),
    "dropped todo": (
        "Vuelva a ponerlo en {path}, con enabled: false si solo hay que conservarlos; o borre la "
        "carpeta a mano."
    ),
    "broken title": "sin backup: su entrada en la configuración es incorrecta",
    "broken what": "sin backup, su entrada en {path} tiene {count} problemas: {problems}",
    "broken todo": "Corrija el fichero; python -m oracle_backup check enumera los problemas.",
    "section title": "sección incorrecta en la configuración",
    "section what": "{path} tiene {count} problemas además de los esquemas: {problems}",
    "section todo": (
        "Corrija el fichero; hasta entonces valen los valores por defecto de esa sección."
    ),
    "config title": "no se puede leer el fichero de configuración",
    "config what": (
        "no se puede leer {path}, así que no se hace backup de ningún esquema: {problem}"
    ),
    "config todo": "Corrija el fichero; python -m oracle_backup check dice qué está mal.",
    "verdict complete": "completo",
    "verdict incomplete": "incompleto",
    "verdict failed": "fallido",
    "verdict unknown": "en estado desconocido",
    "mail store": "almacén {name}",
    "mail config": "fichero de configuración",
    "mail danger": "{count} de {total} esquemas en peligro: {names}",
    "mail danger headline": "{count} de {total} esquemas en peligro: {names}.",
    "mail warning": "{names}",
    "mail warning headline": "Ningún esquema está en peligro, pero revise: {names}.",
    "mail unread": "no se puede leer la configuración, no se hacen backups",
    "mail unread headline": (
        "No se puede leer el fichero de configuración: no se hace backup de ningún esquema hasta "
        "que se corrija."
    ),
    "mail clear": "ya no hay nada mal",
    "mail clear headline": "Todo en orden: ya no hay nada mal, esquemas vigilados: {total}.",
    "mail more": "{names} y {count} más",
    "mail CRITICAL": "ALARMA",
    "mail WARNING": "AVISO",
    "mail REMINDER": "SIGUE",
    "mail CLEAR": "TODO EN ORDEN",
    "mail new": "nuevo",
    "mail changed": "ha cambiado",
    "mail standing": "sigue",
    "mail unseen": "no se ha podido mirar ahora",
    "mail over": "Ya resuelto",
    "mail what": "Qué",
    "mail since": "Desde",
    "mail todo": "Qué hacer",
    "mail others": "Más alarmas",
    "mail look": "Esta comprobación",
    "mail looked": "Comprobado",
    "mail again": "Se repite",
    "mail again after": "a las {span} mientras quede algo, y con cada cambio",
    "mail airflow": "En Airflow",
    "mail waits": "aún sin backup, el primero se espera antes de {time}",
    "mail run": "Ejecución",
    "mail failed": "FALLÓ EL VIGILANTE: nadie vigila los backups",
    "mail failed headline": (
        "Ha fallado la propia ejecución del vigilante: hasta que vuelva a estar en verde, nadie "
        "avisará de los backups que falten."
    ),
    "mail failed todo": (
        "Lea el log de su tarea look en Airflow (DAG oracle_watchdog). Mientras tanto, "
        "python -m oracle_backup status dice cómo están los backups."
    ),
    "mail unseen all": "no se pudo preguntar a ninguno de sus almacenes",
    "mail unseen one": "no se pudo preguntar al almacén {name}",
}
