const codes = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOBUFS']);

/** Whether an error of the system says that it lacks something now that it may have later, such as file descriptors. */
export function isShortage(error: unknown): boolean {
  return codes.has((error as { readonly code?: string } | null | undefined)?.code ?? '');
}
