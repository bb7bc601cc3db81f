import { existsSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { recordedApp } from '../../environment/config.ts';
import { shellWord } from '../text/shell-word.ts';
import { type Finding, failure } from './finding.ts';

/** Whether the app that an environment names is there: a copy may have been moved away from it. Nothing where all is well. */
export function examineApp(dir: string): readonly Finding[] {
  try {
    const app = recordedApp(dir);
    if (app === undefined || existsSync(app)) return [];
    return [failure('app', `config.json names ${app}, which is not there`, `ls -l ${shellWord(dir)}/config.json`)];
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    return [failure('app', `${error.code}: ${error.message}`)];
  }
}
