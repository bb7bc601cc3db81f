// Goal: the command that is printed can be pasted. Method: a table of ways in which a load may stop.
import { expect, it } from 'vitest';
import { resumeCommand } from '../../../src/cli/submit/resume-command.ts';

const point = { argv: ['a file.ndjson', '--env', 'x'], file: 'a file.ndjson', line: 7, isRepeatable: true };

it('the command that goes on is the same one when every request has its own id', () => {
  expect(resumeCommand(point)).toBe(`txlog submit 'a file.ndjson' --env x`);
});

it('the command that goes on asks for the same input when that was stdin', () => {
  expect(resumeCommand({ ...point, argv: ['-'], file: '-' })).toBe('txlog submit - (with the same input)');
});

it('the command that goes on leaves out the lines that are done where submitting them again would apply them twice', () => {
  expect(resumeCommand({ ...point, isRepeatable: false })).toBe(`tail -n +7 'a file.ndjson' | txlog submit - --env x`);
  expect(resumeCommand({ ...point, argv: ['b.gz'], file: 'b.gz', isRepeatable: false })).toBe(
    'zcat b.gz | tail -n +7 | txlog submit -',
  );
  expect(resumeCommand({ ...point, argv: ['-'], file: '-', isRepeatable: false })).toBe(
    'txlog submit - (with the input from line 7 on)',
  );
});

it('the command that goes on quotes what a shell would read otherwise', () => {
  expect(resumeCommand({ ...point, argv: ["it's $HOME", '*'] })).toBe(`txlog submit 'it'\\''s $HOME' '*'`);
});
