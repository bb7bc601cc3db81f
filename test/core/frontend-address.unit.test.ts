// Goal: an address of a frontend means one frontend, and a directory is never taken for one. Method: addresses in all forms.
import { expect, it } from 'vitest';
import { isFrontendAddress, readFrontendAddress, sameAddress } from '../../src/core/base/frontend-address.ts';

it.each([
  ['http://127.0.0.1:8080', { host: '127.0.0.1', port: 8080, isSecure: false, origin: 'http://127.0.0.1:8080' }],
  ['HTTP://Shop.example/', { host: 'shop.example', port: 80, isSecure: false, origin: 'http://shop.example' }],
  ['https://shop.example', { host: 'shop.example', port: 443, isSecure: true, origin: 'https://shop.example' }],
  ['http://[::1]:9', { host: '::1', port: 9, isSecure: false, origin: 'http://[::1]:9' }],
  ['unix:/run/s', { path: '/run/s' }],
  ['unix:///run/s', { path: '/run/s' }],
  ['unix:s', { path: 's' }],
  ['http+unix://%2Frun%2Fa%20b', { path: '/run/a b' }],
])('%s is the address %j', (text, address) => {
  expect(isFrontendAddress(text)).toBe(true);
  expect(readFrontendAddress(text)).toEqual(address);
});

it.each([
  'http://',
  'http://a/path',
  'http://a?b',
  'http://a#b',
  'https://ann:secret@a',
  'http://ann@a',
  'http://a:99999',
  'unix:',
  'http+unix://',
  'http+unix://%zz',
])('%s is refused', (text) => {
  expect(isFrontendAddress(text)).toBe(true);
  expect(() => readFrontendAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('never repeats a password', () => {
  expect(() => readFrontendAddress('http://ann:secret@a')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  );
});

it.each(['.txlog', './unix:s', '/srv/http:', 'http:/a', 'ftp://a', 'unixs', ''])('%j is a directory', (text) => {
  expect(isFrontendAddress(text)).toBe(false);
});

it('knows one frontend by each of its forms', () => {
  expect(sameAddress('HTTP://A:80/')).toBe(sameAddress('http://a'));
  expect(sameAddress('unix:///run/s')).toBe(sameAddress('http+unix://%2Frun%2Fs'));
  expect(sameAddress('http://a/path')).toBe('http://a/path');
});
