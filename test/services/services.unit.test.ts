import { expect, it } from 'vitest';
import { emptyApp } from '../../src/core/app/app.ts';
import { servicesOf } from '../../src/services/open-services.ts';

const nothing = () => Promise.reject(new Error('nothing is opened here'));
const parcel = { id: 'p', queue: 'q', data: null };

it('a parcel for a service that the app does not name is refused with SERVICE_NOT_FOUND', async () => {
  const services = servicesOf(emptyApp, { open: nothing, load: nothing });
  await expect(services.deliver('counters', [parcel])).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  await services.close();
});

it('a request is not submitted to a service at the other end of a pipe', async () => {
  const services = servicesOf(
    { ...emptyApp, services: { counters: { command: ['false'] } } },
    { open: nothing, load: nothing },
  );
  const request = { id: 'r', type: 't' };
  await expect(services.submit('counters', request)).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
  await services.close();
});

it('the error names the service that could not be opened, and the next delivery tries again', async () => {
  let opened = 0;
  const open = () => {
    opened += 1;
    return nothing();
  };
  const services = servicesOf({ ...emptyApp, services: { counters: { env: 'nowhere' } } }, { open, load: open });
  for (let i = 0; i < 2; i++) {
    await expect(services.deliver('counters', [parcel])).rejects.toMatchObject({
      ...{ code: 'SERVICE_FAILED', message: expect.stringContaining('counters') },
    });
  }
  expect(opened).toBe(2);
  await services.close();
});
