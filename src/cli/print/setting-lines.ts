import type { Setting, SettingOrigin } from '../../shapes/setting.ts';
import { printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

const words: Readonly<Record<SettingOrigin['type'], string>> = {
  flag: 'flag',
  variable: 'variable',
  context: 'context',
  config: 'of the environment:',
  directory: 'found in this directory, or above',
  default: 'default',
};

/** Settings for people, one per line; with where each value comes from. */
export function formatSettings(settings: readonly Setting[], withOrigin: boolean): string {
  return formatTable(
    settings.map(({ name, value, origin }) => [
      name,
      value === undefined ? 'none' : printable(value),
      ...(withOrigin ? [originText(origin)] : []),
    ]),
  );
}

function originText({ type, name }: SettingOrigin): string {
  return name === undefined ? words[type] : `${words[type]} ${printable(name)}`;
}
