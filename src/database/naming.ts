import { DefaultNamingStrategy } from 'typeorm';

/** `priceFen` ↔ `price_fen`: the database speaks SQL's own spelling, so hand-written SQL reads without quotes. */
export class SnakeNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, prefixes: string[]): string {
    return customName ?? snake([...prefixes, propertyName].join('_'));
  }
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
