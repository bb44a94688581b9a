package dev.millrace.connect.folder;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentTypeTest {

  @Test
  void image_isToldByItsFirstBytes() {
    Map.of(
            "\u00ff\u00d8\u00ff\u00e0....JFIF", "image/jpeg",
            "\u0089PNG\r\n\u001a\n....", "image/png",
            "GIF87a", "image/gif",
            "GIF89a", "image/gif",
            "BM....", "image/bmp",
            "RIFF....WEBPVP8 ", "image/webp",
            "II*\0", "image/tiff",
            "MM\0*", "image/tiff")
        .forEach(
            (start, type) ->
                assertThat(ContentType.of(start.getBytes(ISO_8859_1))).isEqualTo(type));
  }

  @Test
  void otherFile_isAnyBytes() {
    for (String start :
        new String[] {"", "\u00ff", "RIFF....WAVE", "{\"image\": 1}", "\u0089PNG"}) {
      assertThat(ContentType.of(start.getBytes(ISO_8859_1))).isEqualTo("application/octet-stream");
    }
  }
}
