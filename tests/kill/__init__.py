"""The real thing: a real process, real files, a client over HTTP, and SIGKILL at random moments."""
