import { Controller, Get, Header, Param, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { OperatorGuard } from '../../operator/operator.guard.js';
import { Requires } from '../../operator/requires.js';
import { PICTURE_TYPES } from './picture-type.js';
import {
  PICTURE_FILE,
  pictureListSchema,
  pictureParamSchema,
  type PictureList,
  type PictureParam,
} from './picture.schema.js';
import { PictureService } from './picture.service.js';

@ApiTags('merchant')
@ApiBearerAuth()
@UseGuards(OperatorGuard)
@Requires('refunds.read')
@Controller('api/v1/admin/refunds/:id/pictures')
export class StaffPictureController {
  constructor(private readonly pictures: PictureService) {}

  @Get()
  @ApiOperation({ summary: 'The pictures by which the buyer shows why, oldest first' })
  @ApiOkResponse({ standardSchema: pictureListSchema })
  list(@Param({ schema: idParamSchema }) { id }: IdParam): Promise<PictureList> {
    return this.pictures.list(id);
  }

  /** A stranger's file: it is shown as a picture or not at all, and could do nothing if a browser thought otherwise. */
  @Get(':pictureId')
  @Header('Content-Security-Policy', "default-src 'none'; sandbox")
  @ApiOperation({ summary: 'One picture' })
  @ApiProduces(...PICTURE_TYPES)
  @ApiOkResponse(PICTURE_FILE)
  async read(
    @Param({ schema: pictureParamSchema }) { id, pictureId }: PictureParam,
  ): Promise<StreamableFile> {
    const { mediaType, bytes } = await this.pictures.read(id, pictureId);
    return new StreamableFile(bytes, { type: mediaType, length: bytes.length });
  }
}
