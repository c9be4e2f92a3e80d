"""The predecessor's two files, config.json and credenciales.json, as this project's settings."""
