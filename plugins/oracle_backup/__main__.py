"""``python -m oracle_backup``."""

import sys

from oracle_backup.cli.main import main

sys.exit(main())
