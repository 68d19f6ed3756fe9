import { GERMAN } from './phrases.de.ts';
import { ENGLISH } from './phrases.en.ts';
import { FRENCH } from './phrases.fr.ts';
import { HINDI } from './phrases.hi.ts';
import type { Language } from './language.ts';
import type { Phrases } from './phrases.en.ts';

/** Every message in every language: a language that lacks one does not compile. */
export const PHRASES: Readonly<Record<Language, Phrases>> = { en: ENGLISH, de: GERMAN, fr: FRENCH, hi: HINDI };

/** What `Intl` calls the languages: English as the many write it, with the day before the month. */
export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', hi: 'hi-IN' };
