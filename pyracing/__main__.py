"""python -m pyracing."""

from pyracing.cli import main

raise SystemExit(main())
