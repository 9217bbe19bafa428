"""The console: server-rendered pages, three languages; docs/console.md says how one is added."""
