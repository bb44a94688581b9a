package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignContentTest {

  @ParameterizedTest
  @CsvSource({
    "ftypheic, a HEIC image", "ftypheix, a HEIC image", "ftypmif1____mif1heic, a HEIC image",
    "ftypmif1____mif1avif, an AVIF image", "ftypavif, an AVIF image", "ftypavis, an AVIF image",
    "ftypisom, a video (MP4 or QuickTime)"
  })
  void containers_areNamedByTheirBrands(String box, String name) {
    assertNamed("\0\0\0\40" + box, name);
  }

  @ParameterizedTest
  @CsvSource({
    "ff0a2510, a JPEG XL image",
    "0000000c4a584c200d0a870a, a JPEG XL image",
    "0000000c6a5020200d0a870a, a JPEG 2000 image",
    "255044462d312e37, a PDF document",
    "1f8b0800, a gzip file",
    "504b0304, a ZIP file",
    "00000100, an icon (ICO)",
    "384250530001, a Photoshop document",
    "49492b000800, a BigTIFF image",
    "4f626a0104, an Avro file",
    "504152310011, a Parquet file",
    "000000002aff, a record of a schema registry (schema id 42)"
  })
  void files_areNamedByTheirFirstBytes(String bytes, String name) {
    assertNamed(new String(Pictures.hex(bytes), StandardCharsets.ISO_8859_1), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<svg xmlns='http://www.w3.org/2000/svg'>",
        "<?xml version='1.0'?>\n<!-- drawn -->\n<svg>",
        "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN'>\n<svg>",
        "\u00ef\u00bb\u00bf  <SVG>"
      })
  void drawings_areNamed(String text) {
    assertNamed(text, "an SVG drawing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<!DOCTYPE html><html>", "\r\n <html lang='en'><body><svg>", "<!-- 404 --><HTML>"})
  void pages_areNamed(String text) {
    assertNamed(text, "an HTML page");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data:image/png;base64,iVBORw0KGgo= | a data URL",
        "/9j/4AAQSkZJRgABAQ== | an image in base64 text",
        "iVBORw0KGgoAAAANSUhEUg== | an image in base64 text",
        "https://example.org/cat.jpg | a URL",
        "version https://git-lfs.github.com/spec/v1 | a Git LFS pointer",
        "<?xml version='1.0'?><Error> | an XML document",
        "\u00ef\u00bb\u00bf {\"image\": 1} | JSON without the content type application/json",
        "[] | JSON without the content type application/json",
        "\"/9j/4AAQSkZJRgABAQ==\" | JSON without the content type application/json"
      })
  void texts_areNamed(String text, String name) {
    assertNamed(text, name);
  }

  @Test
  void others_areNot() {
    assertThat(ForeignContent.name(new byte[0])).isEmpty();
    assertThat(ForeignContent.name("Hello".getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(ForeignContent.name(Pictures.hex("ffd8feff00104a46"))).isEmpty();
    assertThat(ForeignContent.name(new byte[64])).isEmpty();
    assertThat(ForeignContent.name(Pictures.hex("00ffffffff0102"))).isEmpty();
    assertThat(ForeignContent.name(Pictures.hex("000000002a"))).isEmpty();
  }

  private static void assertNamed(String file, String name) {
    byte[] bytes = file.getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> ImageHeader.read(bytes))
        .isInstanceOf(BadImageException.class)
        .hasMessage(
            "the value is "
                + name
                + ", which is not supported; send a JPEG, PNG, GIF, BMP, WebP or TIFF image")
        .extracting(e -> ((BadImageException) e).reason())
        .isEqualTo(Reason.UNKNOWN_FORMAT);
  }
}
