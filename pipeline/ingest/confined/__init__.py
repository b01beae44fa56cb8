"""Processes of their own for untrusted files: what they give up, how they are asked and end.

worker    both sides: who hands out files, and who reads them
hand      one worker process and the thread that talks to it; records: what crosses between them
confine   what a worker gives up: landlock (files), offline (the network)
scratch   folders for what is temporary; orphans: the end of whatever was started
"""
