import { describe, expect, it } from 'vitest';
import { filterText, toFilter } from '../../src/cli/frame/filter-flags.ts';

// Goal: flags become the filter that they read like, and a checkpoint can tell two filters apart. Method: examples.

const now = Date.UTC(2026, 0, 10);

describe('filter flags', () => {
  it('become a filter with only what was given', async () => {
    expect(await toFilter({}, now)).toEqual({});
    const filter = await toFilter(
      {
        type: ['a', 'b'],
        status: 'rejected',
        key: 'k',
        prefix: 'p/',
        since: '2d ago',
        until: '2026-01-09',
        from: 3,
        to: 9,
      },
      now,
    );
    expect(filter).toEqual({
      types: ['a', 'b'],
      outcome: 'rejected',
      key: 'k',
      prefix: 'p/',
      since: Date.UTC(2026, 0, 8),
      until: Date.UTC(2026, 0, 9),
      from: 3,
      to: 9,
    });
  });

  it.each([
    [{ from: 5, to: 4 }, 'FILTER_INVALID'],
    [{ since: '1h', until: '2h' }, 'FILTER_INVALID'],
    [{ since: '2026-02-30' }, 'USAGE'],
    [{ until: 'soon' }, 'USAGE'],
    [{ where: 'position >' }, 'FILTER_INVALID'],
  ])('are refused where no filter can be made of them: %j', async (values, code) => {
    await expect(toFilter(values, now)).rejects.toMatchObject({ code });
  });

  it('have one text for one filter, whatever order types come in', () => {
    expect(filterText({})).toBe('');
    expect(filterText({ to: 9, type: ['b', 'a'] })).toBe('--type a --type b --to 9');
    expect(filterText({ type: ['a', 'b'], to: 9 })).toBe(filterText({ to: 9, type: ['b', 'a'] }));
    expect(filterText({ where: `id == "it's"` })).toBe(`--where 'id == "it'\\''s"'`);
    expect(filterText({ since: '1h' })).not.toBe(filterText({ until: '1h' }));
  });
});
