let load: (() => object) | undefined;

/** Says how this package's library is loaded for an app module that imports it. The command line has it in one file. */
export function provideLibrary(loader: () => object): void {
  load = loader;
}

/** Loads this package's library as `provideLibrary` said; undefined where nothing was said. */
export function libraryLoader(): (() => object) | undefined {
  return load;
}
