package dev.millrace.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder in which ONNX Runtime's Java API unpacks its native library. The API asks the JVM to
 * delete the folder at exit, but the folder itself stays. If the process is killed, the folder's
 * files, which take 28 MB, also stay. On a POSIX system, a loaded library works without its file,
 * so the folder can be removed as soon as the library is loaded.
 */
final class UnpackedLibrary {

  private UnpackedLibrary() {}

  /** Removes the folder, unless ONNX Runtime will unpack libraries for a GPU into it later. */
  static void remove() {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      removeUnused();
    }
  }

  /**
   * Removes the folder. Call this method only if no other library will be loaded from the folder
   * later.
   */
  static void removeUnused() {
    try {
      Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      field.setAccessible(true);
      if (field.get(null) instanceof Path folder && isPosix(folder) && Files.isDirectory(folder)) {
        delete(folder);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this is not the ONNX Runtime that Millrace was built with; use that version", e);
    }
  }

  private static boolean isPosix(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Deletes a folder and its files. Stops at the first file that cannot be deleted. */
  static void delete(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // The folder stays. Serving does not depend on its removal.
    }
  }
}
