const words: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'there is no permission for it'],
  ['EPERM', 'there is no permission for it'],
  ['EROFS', 'the file system is read-only'],
  ['ENOENT', 'there is no such place'],
  ['ENOTDIR', 'a part of its path is a file, not a directory'],
  ['EISDIR', 'it is a directory, not a file'],
  ['EEXIST', 'something of that name is there already'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['EINVAL', 'the system takes no such name or operation there'],
  ['ENXIO', 'nobody reads at its other end, or there is no such device'],
  ['ENODEV', 'there is no such device'],
  ['EMFILE', 'this process has too many files open (ulimit -n)'],
  ['ENFILE', 'the machine has too many files open'],
  ['ENOMEM', 'there is not enough memory'],
  ['ENOSPC', 'there is no room on the disk'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['EFBIG', 'the file would be larger than may be (ulimit -f)'],
  ['EXDEV', 'it is on another file system'],
  ['ETXTBSY', 'it is a program that runs'],
  ['EBUSY', 'it is in use'],
  ['ENOTEMPTY', 'the directory is not empty'],
  ['EIO', 'the device failed'],
  ['EPIPE', 'its reader went away'],
  ['EAGAIN', 'it is not ready'],
  ['ESTALE', 'the server of the file system does not know it any more'],
  ['ERR_INVALID_ARG_VALUE', 'its name holds a character that no path may hold'],
]);

/** The name of a system's error, such as `ENOENT`; empty when it is another kind of error. */
export function systemCode(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Describes a failure for people: without the names of errors, system calls and paths that Node puts around it. */
export function systemReason(error: unknown): string {
  const message = String((error as { readonly message?: unknown } | null | undefined)?.message ?? error);
  return words.get(systemCode(error)) ?? /^[A-Z0-9]+: ([^,]+)(?:,|$)/.exec(message)?.[1] ?? message;
}
