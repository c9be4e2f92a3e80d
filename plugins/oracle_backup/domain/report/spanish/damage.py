"""What is wrong with an archive, or with what a host has packed, in Spanish?"""

from __future__ import annotations

from typing import Final

_BYTES: Final = (
    ("it ends early", "termina antes de tiempo"),
    ("it is cut off", "está cortado"),
    ("its end is missing", "le falta el final"),
    ("there is something behind its end", "hay algo detrás de su final"),
    ("there is something behind its content", "hay algo detrás de su contenido"),
    ("there is something behind its last member", "hay algo detrás de su último fichero"),
    ("{name} in it is cut off", "{name}, dentro de él, está cortado"),
    ("the CRC of {name} in it does not match", "no coincide el CRC de {name}, dentro de él"),
    ("its first 32 bytes are damaged", "sus primeros 32 bytes están dañados"),
    ("its first bytes are damaged", "sus primeros bytes están dañados"),
    ("it does not begin like a 7z archive", "no empieza como un archivo 7z"),
    ("it does not begin like an .xz stream", "no empieza como un flujo .xz"),
    (
        "it begins with zeros: writing it was never finished",
        "empieza con ceros: no se terminó de escribir",
    ),
)

_CONTENT: Final = (
    ("its content cannot be decoded: {said}", "no se puede descomprimir su contenido: {said}"),
    ("its content is longer than its header says", "su contenido es más largo que en su cabecera"),
    ("its content is shorter than its header says", "su contenido es más corto que en su cabecera"),
    ("its method {name} is not supported", "no se admite su método {name}"),
    ("it asks for a dictionary of {size} bytes", "pide un diccionario de {size} bytes"),
    (
        "it has more or fewer streams than members",
        "no tiene tantos flujos como ficheros",
    ),
)

_HEADER: Final = (
    ("its header", "su cabecera"),
    ("its header is damaged", "su cabecera está dañada"),
    ("its header is cut off", "su cabecera está cortada"),
    ("its header is too long", "su cabecera es demasiado larga"),
    ("its header is in more than one piece", "su cabecera está en más de un trozo"),
    ("its header lists no files", "su cabecera no enumera ficheros"),
    ("its header counts {count} items", "su cabecera cuenta {count} elementos"),
    (
        "its header has {name} where {namex} belongs",
        "su cabecera tiene {name} donde corresponde {namex}",
    ),
    (
        "its header has {name} after the streams",
        "su cabecera tiene {name} después de los flujos",
    ),
    (
        "its header has {name} after the packed sizes",
        "su cabecera tiene {name} después de los tamaños comprimidos",
    ),
    (
        "its header has {name} after the folders",
        "su cabecera tiene {name} después de las carpetas",
    ),
    (
        "its header has {name} after the members' sizes",
        "su cabecera tiene {name} después de los tamaños de los ficheros",
    ),
    (
        "its header tells of more bytes than there are",
        "su cabecera habla de más bytes de los que hay",
    ),
    (
        "its folders are of a kind that is not supported",
        "sus carpetas son de una clase que no se admite",
    ),
    ("it chains {count} coders", "encadena {count} codificadores"),
    (
        "its coders have several streams, which is not supported",
        "sus codificadores tienen varios flujos, lo que no se admite",
    ),
    (
        "its coders are chained in a way that is not supported",
        "sus codificadores están encadenados de un modo que no se admite",
    ),
    ("its members' sizes make no sense", "los tamaños de sus ficheros no tienen sentido"),
    ("its members have no names", "sus ficheros no tienen nombre"),
    (
        "its names are stored elsewhere, which is not supported",
        "sus nombres están guardados en otro sitio, lo que no se admite",
    ),
    ("a member's name is damaged", "está dañado el nombre de un fichero"),
)

# Of the host's .xz stream.
_BLOCKS: Final = (
    ("its index does not match its blocks", "su índice no concuerda con sus bloques"),
    ("its footer does not match its index", "su pie no concuerda con su índice"),
    (
        "a block is followed by something other than padding",
        "tras un bloque hay algo que no es relleno",
    ),
    ("a chunk begins with {name}", "un trozo empieza con {name}"),
    (
        "its first packed chunk says nothing of how it is packed",
        "su primer trozo comprimido no dice cómo está comprimido",
    ),
    (
        "a block does not begin with an empty dictionary",
        "un bloque no empieza con un diccionario vacío",
    ),
    ("the header of a block is damaged", "está dañada la cabecera de un bloque"),
    ("a block has filters beside LZMA2", "un bloque tiene filtros además de LZMA2"),
    ("a block is not packed with LZMA2", "un bloque no está comprimido con LZMA2"),
    (
        "a block asks for a dictionary that does not exist",
        "un bloque pide un diccionario que no existe",
    ),
    (
        "a block's packed size is not the one in its header",
        "el tamaño comprimido de un bloque no es el de su cabecera",
    ),
    (
        "a block's size is not the one in its header",
        "el tamaño de un bloque no es el de su cabecera",
    ),
    ("a number in it is too long", "contiene un número demasiado largo"),
)

DAMAGE: Final = (*_BYTES, *_CONTENT, *_HEADER, *_BLOCKS)
