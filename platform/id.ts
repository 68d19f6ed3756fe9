import { v7 } from 'uuid';

/** Row ids: uuid v7 (RFC 9562 §5.7), so that they sort by time and fit Postgres's `uuid`. Never a secret. */
export const newId = (): string => v7();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a path parameter can be a row id at all; anything else is a 404 without a query. */
export const isId = (text: string): boolean => UUID.test(text);
