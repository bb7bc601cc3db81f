// What tests start is started as people start it. For oclif, Vitest's NODE_ENV=test means a developer at work: it would
// look for TypeScript sources and a compiler, which doubles the time of every start and is no path that anyone takes.
delete process.env.NODE_ENV;
