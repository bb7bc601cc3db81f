import type { App } from '../core/app/app.ts';

/** Types an app module: `export default defineApp({ requests: { … } })`. Does nothing else. */
export function defineApp(app: App): App {
  return app;
}
