// Submits a request, says so in a line, and again for each line that it gets.
import { openEnvironment } from '../../dist/test/library.mjs';

const env = await openEnvironment(process.argv[2]);
const submit = async () => {
  await env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  console.log('submitted');
};
await submit();
process.stdin.on('data', submit);
