import { existsSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { recordedApp } from '../../environment/config.ts';
import type { Finding } from '../../shapes/finding.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { failedCheck } from './finding.ts';

/** Whether the app that an environment names is there: a copy may have been moved away from it. Nothing where all is well. */
export function examineApp(dir: string): readonly Finding[] {
  try {
    const app = recordedApp(dir);
    if (app === undefined || existsSync(app)) return [];
    return [
      failedCheck('app', `config.json names ${app}, which does not exist`, `ls -l ${shellQuote(dir)}/config.json`),
    ];
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    return [failedCheck('app', `${error.code}: ${error.message}`)];
  }
}
