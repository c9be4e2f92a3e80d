"""The lab's servers, each a process of its own: the host, the listener, the store and the mail."""
