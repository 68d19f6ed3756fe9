import type { FieldError } from '../../contracts/errors.ts';

/** The first refusal of a field, or of something inside it. */
export const errorOf = (errors: readonly FieldError[], name: string): string | null =>
  errors.find(({ path }) => path === name || path.startsWith(`${name}.`))?.message ?? null;

/** Takes the focus to the field of that name in a form, so that whoever slipped goes on there. */
export function focusField(form: EventTarget | null, name: string): void {
  if (form instanceof HTMLFormElement) form.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
}
