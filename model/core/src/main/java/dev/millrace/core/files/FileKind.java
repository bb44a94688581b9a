package dev.millrace.core.files;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The kinds of files that users give by mistake instead of a model or labels, with the bytes that
 * identify them. {@link #of} never mistakes an ONNX file or plain text for one of these kinds.
 */
public enum FileKind {
  /** A file of 0 bytes. */
  EMPTY("an empty file", "copy or export it again", start -> start.bytes().isEmpty()),
  /** The few lines of text that Git LFS stores in place of a large file. */
  GIT_LFS_POINTER(
      "a Git LFS pointer, not the file itself",
      "run 'git lfs pull' in its folder, and try again",
      start -> start.begins("version https://git-lfs")),
  /** A file that {@code gzip} compressed. */
  GZIP("a gzip file", "unpack it with 'gunzip'", start -> start.begins("\u001f\u008b")),
  /** A file that {@code bzip2} compressed. */
  BZIP2(
      "a bzip2 file",
      "unpack it with 'bunzip2'",
      start -> start.begins("BZh") && start.has(4, "1AY&SY")),
  /** A file that {@code xz} compressed. */
  XZ("an xz file", "unpack it with 'unxz'", start -> start.begins("\u00fd7zXZ\0")),
  /** A file that {@code zstd} compressed. */
  ZSTD("a Zstandard file", "unpack it with 'unzstd'", start -> start.begins("(\u00b5/\u00fd")),
  /** An archive of {@code 7z}. */
  SEVEN_ZIP(
      "a 7z archive",
      "unpack it with '7z x', and give the file in it",
      start -> start.begins("7z\u00bc\u00af'\u001c")),
  /** An archive of {@code tar}. */
  TAR(
      "a tar archive",
      "unpack it with 'tar xf', and give the file in it",
      start -> start.has(257, "ustar")),
  /**
   * PyTorch's format since version 1.6, a zip file of pickles or of TorchScript, its older plain
   * pickle, and the zip file of {@code torch.export}.
   */
  PYTORCH(
      "a PyTorch file (.pt, .pth or .pt2)",
      "export the model with torch.onnx.export, or save its weights as .safetensors",
      start -> start.isPyTorchZip() || start.isPickle()),
  /** Keras' format since version 3, a zip file. */
  KERAS(
      "a Keras file (.keras)",
      "export the model from Keras, with model.export and the format onnx",
      start -> start.zipEntry().equals("metadata.json") && start.contains("\"keras_version\"")),
  /** Any other zip file. */
  ZIP(
      "a zip file",
      "unpack it, and give the file in it",
      start -> start.begins(FileStart.ZIP_ENTRY)),
  /** TensorFlow Lite's flat buffer. */
  TFLITE(
      "a TensorFlow Lite file (.tflite)",
      "convert it with 'python -m tf2onnx.convert'",
      start -> start.isFlatBuffer("TFL3")),
  /** ONNX Runtime's own format, a flat buffer that fits one version of ONNX Runtime. */
  ORT(
      "an ONNX Runtime file (.ort)",
      "give the .onnx file that it was made from",
      start -> start.isFlatBuffer("ORTM")),
  /** Hugging Face's file of weights. */
  SAFETENSORS(
      "a .safetensors file, which holds weights alone",
      "name the architecture of their network",
      FileStart::isSafetensors),
  /** The format of Keras' {@code .h5} files. */
  HDF5(
      "an HDF5 file, as Keras writes it (.h5)",
      "convert the model with 'python -m tf2onnx'",
      start -> start.begins("\u0089HDF\r\n")),
  /** A NumPy array. */
  NPY(
      "a NumPy array (.npy)",
      "give the model, or its weights as .npz or .safetensors",
      start -> start.begins("\u0093NUMPY")),
  /** A PDF document. */
  PDF("a PDF file", "give the .onnx file", start -> start.begins("%PDF-")),
  /** A picture. */
  IMAGE(
      "an image",
      "give the .onnx file",
      start ->
          start.begins("\u0089PNG")
              || start.begins("\u00ff\u00d8\u00ff")
              || start.begins("GIF8")
              || (start.begins("RIFF") && start.has(8, "WEBP"))),
  /** A web page, often a downloaded error page or login page. */
  HTML(
      "a web page (HTML)",
      "download the file itself",
      start ->
          start
              .text()
              .matches("(?s)<(!doctype html|(html|head|body|title|meta|script|div|h1)\\b|!--).*")),
  /** The network of an OpenVINO model, whose weights are in another file. */
  OPENVINO(
      "an OpenVINO model (.xml)",
      "export the original model as ONNX",
      start -> start.text().matches("(?s)<\\?xml[^>]*>\\s*<net\\s.*")),
  /** An XML document, often the error message of a cloud storage service. */
  XML("an XML file", "download the file itself", start -> start.text().startsWith("<?xml")),
  /** A JSON document. */
  JSON(
      "a JSON file",
      "give the file that it describes",
      start -> start.text().matches("(?s)\\{\\s*\".*")),
  /** TensorFlow's {@code saved_model.pb}, or a frozen graph. */
  TENSORFLOW(
      "a TensorFlow file (.pb)",
      "convert the model with 'python -m tf2onnx.convert'",
      FileStart::isTensorFlow),
  /** Apple's Core ML format. */
  CORE_ML("a Core ML file (.mlmodel)", "export the original model as ONNX", FileStart::isCoreMl);

  private final String words;
  private final String advice;

  @SuppressWarnings("ImmutableEnumChecker") // the predicates have no state
  private final Predicate<FileStart> test;

  FileKind(String words, String advice, Predicate<FileStart> test) {
    this.words = words;
    this.advice = advice;
    this.test = test;
  }

  /** {@return a description of the file, for example {@code a gzip file}} */
  public String words() {
    return words;
  }

  /**
   * {@return advice, without a full stop at its end, for a user who gave a file of this kind
   * instead of a model}
   */
  public String advice() {
    return advice;
  }

  /**
   * Recognises a file by its first bytes.
   *
   * @param file the file's bytes, or at least its first 4,096
   * @return the kind, or empty if the file is of none of these kinds
   */
  public static Optional<FileKind> of(byte[] file) {
    FileStart start = FileStart.of(file);
    return Arrays.stream(values()).filter(kind -> kind.test.test(start)).findFirst();
  }
}
