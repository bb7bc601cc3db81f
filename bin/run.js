#!/usr/bin/env node
// CommonJS (package.json beside this file): the loader of ES modules would cost 10 ms of each start.
const { join } = require('node:path');
const { start } = require('../dist/cli/start.cjs');

start(process.argv.slice(2), join(__dirname, '..'));
