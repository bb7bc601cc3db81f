import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string | undefined {
  return names.find((name) => spawnSync(name, ['--version']).status === 0);
}

/**
 * Starts a browser; undefined where there is none. Where CI runs as root on Debian it is installed, and one that cannot be had
 * fails: that the page works in a browser must not go untested there.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  const isCi = process.env.CI === 'true';
  if (isCi && findChromium() === undefined && process.getuid?.() === 0) {
    const install = 'apt-get install -qq -y --no-install-recommends';
    // The one without windows is smaller; older systems have none.
    const either = `${install} chromium-headless-shell || ${install} chromium`;
    spawnSync('sh', ['-c', `apt-get update -qq && { ${either}; }`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const name = findChromium();
  if (name === undefined && isCi) throw new Error(`there is no browser: install one of ${names.join(', ')}`);
  if (name === undefined) return undefined;
  const which = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
  // Root has no sandbox, and the pages are our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: which.stdout.trim(), args });
}
