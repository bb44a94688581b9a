package dev.millrace.service.command.options;

import dev.millrace.blobs.HubAccess;
import dev.millrace.blobs.HubRef;
import dev.millrace.blobs.RemoteRepositories;
import dev.millrace.blobs.S3Access;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.triton.TritonLayout;
import java.net.URI;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * A mixin of options for the model repository, which is a folder or is stored on another machine.
 * The command line tool closes the repository when the command has ended. Not thread-safe.
 */
@Grouped(Section.MODEL)
public final class RepositoryOption implements AutoCloseable {

  /** Default folder of the repository, relative to the working directory. */
  public static final String DEFAULT = "millrace-data/models";

  @Option(
      names = "--repository",
      paramLabel = "DIR|URI",
      defaultValue = DEFAULT,
      scope = ScopeType.INHERIT,
      description =
          "Model repository: a folder or s3://BUCKET/PREFIX. Read-only: https://HOST/PATH or"
              + " hf://ORG/MODEL@REVISION (default: ${DEFAULT-VALUE}).")
  private String place;

  @Grouped(Section.ADVANCED)
  @Option(
      names = "--repository-cache",
      paramLabel = "DIR",
      description =
          "If --repository is a URI: folder for copies of the versions that this machine uses"
              + " (default: millrace/models in the folder XDG_CACHE_HOME, or in ~/.cache).")
  private Path cache;

  @Mixin private S3Options s3;

  private ModelRepository opened;

  /**
   * {@return the repository; the first call opens it} A repository in a folder may also have the
   * layout of a Triton model repository. This method does not connect to another machine yet.
   *
   * @throws IllegalArgumentException if the place is neither a folder nor a supported URI
   * @throws CommandException if the region of S3 is not known
   */
  public ModelRepository open() {
    if (opened == null) {
      opened =
          RemoteRepositories.isRemote(place)
              ? openRemote()
              : new ModelRepository(Path.of(place), new TritonLayout());
    }
    return opened;
  }

  private ModelRepository openRemote() {
    // The logger is created here, because the log level is not yet set when the options are
    // created.
    Logger log = LoggerFactory.getLogger(RepositoryOption.class);
    if (HubRef.isMeant(place)) {
      HubRef ref = HubRef.parse(place);
      HubAccess hub = HubAccess.of(System.getenv());
      Path copies = CacheFolder.of(cache).of(ref.toString(), URI.create(hub.endpoint()));
      return new RemoteModelRepository(
          new HubVersions(ref, hub, copies.resolve("prepared"), log::warn),
          copies.resolve("versions"),
          log::warn);
    }
    try {
      return RemoteRepositories.open(
          place, CacheFolder.of(cache).of(place, access().endpoint()), access(), log::warn);
    } catch (IllegalStateException e) {
      throw new CommandException(e.getMessage(), e);
    }
  }

  /**
   * {@return the settings for the connection to S3}
   *
   * @throws IllegalArgumentException if the endpoint is not a web address
   */
  public S3Access access() {
    return s3.access();
  }

  /** Closes the connections to another machine, if there are any. */
  @Override
  public void close() {
    if (opened instanceof RemoteModelRepository remote) {
      remote.close();
    }
  }
}
