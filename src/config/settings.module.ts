import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { SETTINGS, type Settings } from './settings.js';

/** Makes the settings, already read and validated, injectable everywhere: `@Inject(SETTINGS) settings: Settings`. */
@Module({})
export class SettingsModule {
  static with(settings: Settings): DynamicModule {
    const config = ConfigModule.forRoot({
      ignoreEnvFile: true, // main.ts has read it; demo and tests must never see a real .env (DESIGN §6.14)
      ignoreEnvVars: true,
      skipProcessEnv: true,
      load: [() => ({ settings })],
    });
    return {
      module: SettingsModule,
      global: true,
      imports: [config],
      providers: [
        {
          provide: SETTINGS,
          inject: [ConfigService],
          useFactory: (service: ConfigService) => service.getOrThrow<Settings>('settings'),
        },
      ],
      exports: [SETTINGS],
    };
  }
}
