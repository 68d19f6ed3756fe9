import type { FieldError } from '../../contracts/errors.ts';

/** Something before and after one @, with a dot after it: core checks again, this only catches slips early. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What is wrong with a buyer's fields, or with those of somebody else, in reading order. */
export function checkBuyer({ name, email }: { name: string; email: string }, whose = 'your'): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push({ path: 'name', message: `Please enter ${whose} name.` });
  else if (name.length > 120) errors.push({ path: 'name', message: 'Please use at most 120 characters.' });
  return [...errors, ...checkEmail(email, whose)];
}

/** What is wrong with an address alone. */
export function checkEmail(email: string, whose = 'your'): FieldError[] {
  if (email === '') return [{ path: 'email', message: `Please enter ${whose} e-mail address.` }];
  if (EMAIL.test(email) && email.length <= 254) return [];
  return [{ path: 'email', message: 'Please enter an address like name@example.org.' }];
}
