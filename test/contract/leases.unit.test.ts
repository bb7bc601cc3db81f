// Goal: leases in memory keep the promises of the port. Method: the suite that every kind of leases runs.
import { memoryLeases } from '../../src/leases/memory-leases.ts';
import { leasesContract } from './leases.ts';

leasesContract('memory', () => {
  let shared: ReturnType<typeof memoryLeases> | undefined;
  return {
    open(clock) {
      shared ??= memoryLeases(clock);
      return shared;
    },
    dispose() {},
  };
});
