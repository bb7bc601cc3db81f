// At the end of each test file the process that runs its commands ends, and fails the file if a command wrote past its streams.
import { afterAll } from 'vitest';
import { closeCommands } from './commands.ts';

afterAll(closeCommands);
