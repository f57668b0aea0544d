from python:3.12 as base
	cmd	["flask", "run"]
