package dev.millrace.service.command.models;

import dev.millrace.blobs.Hub;
import dev.millrace.blobs.HubAccess;
import dev.millrace.blobs.HubRef;
import dev.millrace.blobs.RemoteRepositories;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The file of a model to import. A file from Hugging Face's hub is downloaded to a temporary
 * folder. {@link #close} deletes this folder.
 *
 * @param path the file
 * @param hub the download from the hub, or null for a local file
 * @param folder the temporary folder of a downloaded file, or null for a local file
 */
record ImportedFile(Path path, Hub.Downloaded hub, TemporaryFolder folder)
    implements AutoCloseable {

  /**
   * {@return the origin of the file for the version's manifest: the name of a local file, or the
   * address of a downloaded file on the hub, with the commit}
   */
  String origin() {
    return hub == null ? path.getFileName().toString() : hub.origin().toString();
  }

  /**
   * {@return the text, with the path of each downloaded file replaced by the file's address on the
   * hub}
   */
  String named(String text) {
    return hub == null ? text : hub.named(text);
  }

  /**
   * {@return the file that an argument names}
   *
   * @param argument the path of a file, or {@code hf://ORG/MODEL[@REVISION][/PATH]}
   * @throws IllegalArgumentException if the argument is another URI
   * @throws CommandException if the hub does not work, or the file cannot be stored
   */
  static ImportedFile of(String argument) {
    return of(argument, System.getenv());
  }

  static ImportedFile of(String argument, Map<String, String> environment) {
    if (!HubRef.isMeant(argument)) {
      if (RemoteRepositories.isRemote(argument)) {
        throw new IllegalArgumentException(
            "'" + argument + "' is neither a file nor hf://ORG/MODEL; download it first");
      }
      return new ImportedFile(Path.of(argument), null, null);
    }
    HubRef ref = HubRef.parse(argument);
    try (Hub hub = new Hub(HubAccess.of(environment))) {
      return downloaded(hub, ref);
    } catch (RemoteAwayException e) {
      throw new CommandException("cannot reach " + ref + " (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw new CommandException(
          "cannot store " + ref + " in the temporary folder (" + e + "); check that it has room",
          e);
    }
  }

  private static ImportedFile downloaded(Hub hub, HubRef ref) throws IOException {
    TemporaryFolder folder = TemporaryFolder.in(Path.of(System.getProperty("java.io.tmpdir")));
    try {
      Hub.Downloaded model = hub.download(ref, folder.path());
      return new ImportedFile(model.file(), model, folder);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  @Override
  public void close() {
    if (folder == null) {
      return;
    }
    try {
      folder.close();
    } catch (IOException e) {
      throw new CommandException("cannot delete " + folder.path() + " (" + e + ")", e);
    }
  }
}
