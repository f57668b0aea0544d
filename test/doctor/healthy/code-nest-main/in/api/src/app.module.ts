import { Module } from '@nestjs/common';

@Module({})
export class AppModule {
  readonly name = 'api';

  title(): string {
    return this.name;
  }
}
