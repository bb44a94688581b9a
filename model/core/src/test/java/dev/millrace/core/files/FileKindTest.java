package dev.millrace.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindTest {

  static Stream<Arguments> files() throws IOException {
    return Stream.of(
        arguments(
            FileKind.GIT_LFS_POINTER,
            bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12345\n")),
        arguments(FileKind.GZIP, gzip()),
        arguments(FileKind.PYTORCH, zip("resnet18/data.pkl")),
        arguments(FileKind.PYTORCH, zip("model/data/0", "FB\2\0ZZ", "")),
        arguments(FileKind.PYTORCH, zip("serialized_exported_program.json")),
        arguments(FileKind.KERAS, zip("metadata.json", "", "{\"keras_version\": \"3.9.0\"}")),
        arguments(FileKind.ZIP, zip("metadata.json")),
        arguments(FileKind.ZIP, zip("FB.onnx")),
        arguments(FileKind.PYTORCH, bytes("\u0080\u0002}q\u0000(X")),
        arguments(FileKind.PYTORCH, bytes("\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P")),
        arguments(FileKind.ZIP, zip("photos/cat.jpg")),
        arguments(FileKind.TFLITE, bytes("\u001c\u0000\u0000\u0000TFL3\u0014\u0000")),
        arguments(
            FileKind.SAFETENSORS,
            bytes("@\u0001\u0000\u0000\u0000\u0000\u0000\u0000{\"fc.weight\":")),
        arguments(FileKind.HDF5, bytes("\u0089HDF\r\n\u001a\n\u0000")),
        arguments(FileKind.NPY, bytes("\u0093NUMPY\u0001\u0000")),
        arguments(FileKind.HTML, bytes("\n<!DOCTYPE html><html>")),
        arguments(FileKind.HTML, bytes("<head><title>Sign in</title>")),
        arguments(FileKind.HTML, bytes("<!-- a page -->")),
        arguments(
            FileKind.OPENVINO, bytes("<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">")),
        arguments(FileKind.XML, bytes("<?xml version=\"1.0\"?><nets/>")),
        arguments(FileKind.XML, bytes("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>")),
        arguments(FileKind.EMPTY, new byte[0]),
        arguments(FileKind.TAR, bytes("model.onnx" + "\0".repeat(247) + "ustar\00000")),
        arguments(FileKind.BZIP2, bytes("BZh91AY&SY")),
        arguments(FileKind.XZ, bytes("\u00fd7zXZ\0\0")),
        arguments(FileKind.ZSTD, bytes("(\u00b5/\u00fd$")),
        arguments(FileKind.SEVEN_ZIP, bytes("7z\u00bc\u00af'\u001c\0")),
        arguments(FileKind.IMAGE, bytes("\u0089PNG\r\n")),
        arguments(FileKind.IMAGE, bytes("\u00ff\u00d8\u00ff\u00e0")),
        arguments(FileKind.IMAGE, bytes("RIFF\1\2\3\0WEBPVP8 ")),
        arguments(FileKind.PDF, bytes("%PDF-1.7")),
        arguments(FileKind.ORT, bytes("(\0\0\0ORTM")),
        arguments(FileKind.TENSORFLOW, bytes("\u0008\1\u0012\u0083\2\n\u0090\1\u0012\u0085\1\n")),
        arguments(FileKind.TENSORFLOW, bytes("\n\u0085\1\n\5input\u0012\u000bPlaceholder*")),
        arguments(FileKind.CORE_ML, bytes("\u0008\4\u0012\u0090\1\n\u0014\n\5image\u001a")),
        arguments(FileKind.CORE_ML, bytes("\u0008\1\u0012\u0090\1\n\u0014\n\5image\u001a")),
        arguments(FileKind.JSON, bytes("{\n  \"id2label\": {")));
  }

  @ParameterizedTest
  @MethodSource("files")
  void file_isToldByItsFirstBytes(FileKind kind, byte[] file) {
    assertThat(FileKind.of(file)).contains(kind);
    assertThat(kind.words()).isNotBlank();
    assertThat(kind.advice()).isNotBlank();
  }

  /** An ONNX file begins with the field {@code ir_version}, or with another field of a model. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n\n\n\ncat\n",
        "<PAD>\n",
        "\u0008\u0001\u0012\u0002me\u001a",
        "\u0008\u0008\u0012\u0007pytorch",
        ":\u0010graph",
        "tench\n",
        "P",
        "0,cat\n"
      })
  void modelOrText_isNoOtherFile(String text) {
    assertThat(FileKind.of(bytes(text))).isEmpty();
  }

  @Test
  void everyPrefix_ofAFile_isRead() throws IOException {
    for (byte[] file : files().map(each -> (byte[]) each.get()[1]).toList()) {
      for (int length = 0; length <= file.length; length++) {
        assertThat(FileKind.of(java.util.Arrays.copyOf(file, length))).isNotNull();
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(1);
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(String entry) {
    return zip(entry, "", "");
  }

  /** {@return a zip file with one file, which is not compressed} */
  private static byte[] zip(String entry, String extra, String content) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes(content));
    ZipEntry stored = new ZipEntry(entry);
    stored.setMethod(ZipEntry.STORED);
    stored.setSize(content.length());
    stored.setCrc(checksum.getValue());
    stored.setExtra(bytes(extra));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(stored);
      zip.write(bytes(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
