import type { VNode } from 'preact';

/** A field of a form with its label. */
export function FormField({
  name,
  label,
  value,
  placeholder,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly placeholder?: string;
}): VNode {
  return (
    <label>
      <span>{label}</span>
      <input name={name} value={value} placeholder={placeholder} autocomplete="off" spellcheck={false} />
    </label>
  );
}
