import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';

/** A parser of whole numbers for an option; anything outside the bounds is a mistake in the arguments. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

/** A parser of numbers above 0, up to `max`. */
export function positiveNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= max) return value;
    throw new InvalidArgumentError(`It takes a number above 0, up to ${max}.`);
  };
}

/** A parser of names: 1 to `max` characters that a log line can carry. */
export function plainName(max: number): (text: string) => string {
  return (text) => {
    const name = text.trim();
    if (name.length > 0 && name.length <= max && !/\p{Cc}/u.test(name)) return name;
    throw new InvalidArgumentError(`It takes 1 to ${max} printable characters.`);
  };
}

/** A parser of what a schema of the API takes. */
export function valueOf(schema: v.GenericSchema<unknown, string>): (text: string) => string {
  return (text) => {
    const result = v.safeParse(schema, text);
    if (result.success) return result.output;
    throw new InvalidArgumentError(`It takes ${result.issues[0].message}.`);
  };
}
