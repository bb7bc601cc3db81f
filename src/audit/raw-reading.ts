import { TxlogError } from '../core/base/errors.ts';
import { readHead } from '../layout/meta.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import type { Storage } from '../ports/storage.ts';
import { Cut } from '../view/cut.ts';
import type { ViewReader } from '../view/reader.ts';
import type { LoopTurns } from '../view/turns.ts';
import { View } from '../view/view.ts';

/**
 * Reads a storage without folding the tail of its log first: a damaged record there must not keep it from being found.
 *
 * Errors: ENV_MOVED when a rebuild took the place of this generation.
 */
export function readRaw(storage: Storage, turns: LoopTurns): ViewReader {
  const view = new View(new TypeRegistry());
  return {
    async read(work) {
      await turns.room();
      return storage.read((snapshot) => {
        view.head = readHead(snapshot);
        if (view.head.moved !== undefined)
          throw new TxlogError('ENV_MOVED', 'a rebuild took the place of this generation');
        return work(new Cut(view, snapshot), turns);
      });
    },
  };
}
