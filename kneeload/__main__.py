"""python -m kneeload: the command, where its script is not on the path."""

from kneeload.cli import main

main()
