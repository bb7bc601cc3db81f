import { type ConnectOptions, FrontendCaller } from './call-frontend.ts';
import { RemoteEnvironment } from './remote-environment.ts';

/**
 * Connects to the frontends of an environment, behind a balancer or not. Nothing is sent before the first call.
 *
 * ```ts
 * import { connect } from 'txlog';
 * const shop = connect('http://127.0.0.1:8080');
 * export const greet = () => shop.submit({ type: 'greet', changes: [{ op: 'add', key: 'greetings', value: 1 }] });
 * ```
 */
export function connect(url: string, options: ConnectOptions = {}): RemoteEnvironment {
  return new RemoteEnvironment(new FrontendCaller(url, options));
}
