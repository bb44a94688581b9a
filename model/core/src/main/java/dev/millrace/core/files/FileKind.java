package dev.millrace.core.files;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Files that people give by mistake for a model or for labels, and the bytes that tell them. {@link
 * #of} never takes an ONNX file or plain text for one of them.
 */
public enum FileKind {
  /** The few lines that Git stores in place of a large file. */
  GIT_LFS_POINTER(
      "a Git LFS pointer, not the file itself", "run 'git lfs pull' in its folder, and try again"),
  /** A file that {@code gzip} compressed. */
  GZIP("a gzip file", "unpack it with 'gunzip'"),
  /** PyTorch's format since version 1.6, a zip file of pickles, and its older plain pickle. */
  PYTORCH(
      "a PyTorch file (.pt or .pth)",
      "export the model with torch.onnx.export, or save its weights as .safetensors"),
  /** Any other zip file. */
  ZIP("a zip file", "unpack it, and give the file in it"),
  /** TensorFlow Lite's flat buffer. */
  TFLITE("a TensorFlow Lite file (.tflite)", "convert it with 'python -m tf2onnx.convert'"),
  /** Hugging Face's file of weights. */
  SAFETENSORS("a .safetensors file, which holds weights alone", "name their network with --arch"),
  /** The format of Keras' {@code .h5} files. */
  HDF5("an HDF5 file, as Keras writes it (.h5)", "convert the model with 'python -m tf2onnx'"),
  /** A NumPy array. */
  NPY("a NumPy array (.npy)", "give the model, or its weights as .npz or .safetensors"),
  /** A web page, often a page of an error or a login that was downloaded. */
  HTML("a web page (HTML)", "download the file itself"),
  /** A JSON document. */
  JSON("a JSON file", "give the file that it describes");

  private static final int SAFETENSORS_HEADER = 8;
  private static final int LONGEST_START = 512;

  private final String words;
  private final String advice;

  FileKind(String words, String advice) {
    this.words = words;
    this.advice = advice;
  }

  /** {@return what the file is, in words, for example {@code a gzip file}} */
  public String words() {
    return words;
  }

  /** {@return what to do with a file of this kind in place of a model, without a full stop} */
  public String advice() {
    return advice;
  }

  /**
   * Tells a file by its first bytes.
   *
   * @param file the file's bytes, or at least its first 4,096
   * @return the kind, or empty if the file is of none of these kinds
   */
  public static Optional<FileKind> of(byte[] file) {
    if (begins(file, 0, "version https://git-lfs")) {
      return Optional.of(GIT_LFS_POINTER);
    }
    if (begins(file, 0, "\u001f\u008b")) {
      return Optional.of(GZIP);
    }
    if (begins(file, 0, "PK\u0003\u0004")) {
      // The first file in PyTorch's zip is NAME/data.pkl.
      return Optional.of(start(file).contains("/data.pkl") ? PYTORCH : ZIP);
    }
    if (isPickle(file)) {
      return Optional.of(PYTORCH);
    }
    if (begins(file, 4, "TFL3")) {
      return Optional.of(TFLITE);
    }
    if (isSafetensors(file)) {
      return Optional.of(SAFETENSORS);
    }
    if (begins(file, 0, "\u0089HDF\r\n")) {
      return Optional.of(HDF5);
    }
    if (begins(file, 0, "\u0093NUMPY")) {
      return Optional.of(NPY);
    }
    String text = start(file).stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html")) {
      return Optional.of(HTML);
    }
    return text.startsWith("{\"") || text.matches("(?s)\\{\\s+\".*")
        ? Optional.of(JSON)
        : Optional.empty();
  }

  /** Tests for a pickle of protocol 2 to 5, which ends its first opcode with the protocol. */
  private static boolean isPickle(byte[] file) {
    return file.length > 2
        && file[0] == (byte) 0x80
        && file[1] >= 2
        && file[1] <= 5
        && "}]().cJKX\u008a\u0095".indexOf(file[2] & 0xff) >= 0;
  }

  /** Tests for the length of a header, as a little-endian 64-bit number, and the header's JSON. */
  private static boolean isSafetensors(byte[] file) {
    return begins(file, SAFETENSORS_HEADER, "{\"") && file[5] == 0 && file[6] == 0 && file[7] == 0;
  }

  private static boolean begins(byte[] file, int offset, String bytes) {
    return file.length >= offset + bytes.length()
        && new String(file, offset, bytes.length(), StandardCharsets.ISO_8859_1).equals(bytes);
  }

  private static String start(byte[] file) {
    return new String(file, 0, Math.min(file.length, LONGEST_START), StandardCharsets.ISO_8859_1);
  }
}
