/**
 * Preloaded into the demo's children: when the demo is gone, however it went, they shut down as if asked to. Only
 * then is `kill -9` on the demo as clean as Ctrl-C.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
