select role from session_roles
