// What tests start is started as people start it. For oclif, Vitest's NODE_ENV=test means a developer at work: it would
// look for TypeScript sources and a compiler, which doubles the time of every start and is no path that anyone takes.
delete process.env.NODE_ENV;

// Nor are the contexts of who runs the tests theirs.
process.env.XDG_CONFIG_HOME = '/nonexistent';
for (const name of ['TXLOG_ENV', 'TXLOG_CONTEXT', 'TXLOG_READ_ONLY']) delete process.env[name];
