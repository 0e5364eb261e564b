// Folders, files with a given text, and links in the container; the root folder is not touched.
//
// A file is one of a small tmpfs of the container's own, mounted where it is wanted. Folders and
// links are made where what is made goes with the container, or are refused.

#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plugins/files/memory.h"
#include "plugins/files/options.h"
#include "plugins/files/places.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"

namespace {

using files_stage::Content;
using files_stage::File;
using files_stage::Folder;
using files_stage::Link;
using files_stage::Secret;
using slipway::Child;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Status;
namespace sys = slipway::sys;

class Files final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Files::files_>("files", "Files with a given text, in memory"),
        slipway::Option<&Files::secrets_>("secrets", "The same for what nobody else may read",
                                          {.secret = true}),
        slipway::Option<&Files::folders_>("folders", "Folders; what is missing above them is made"),
        slipway::Option<&Files::links_>("links", "Symbolic links"),
        slipway::Option<&Files::room_>(
            "room", "How much files that are not readonly may grow by, all together",
            {.fallback = "1MiB", .minimum = 4096}));
  }

  Status Create(Context&) override {
    std::map<std::string, std::string> taken;  // the option, by path
    RETURN_IF_ERROR(CheckPaths(folders_, "folders", taken));
    RETURN_IF_ERROR(CheckPaths(links_, "links", taken));
    RETURN_IF_ERROR(CheckPaths(files_, "files", taken));
    return CheckPaths(secrets_, "secrets", taken);
  }

  Status Describe(Description& description) override {
    for (const Folder& folder : folders_) {
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_FILE, folder.path.path,
                                      "a folder, made if it is not there"));
    }
    for (const Link& link : links_) {
      RETURN_IF_ERROR(
          description.Add(SLIPWAY_EFFECT_FILE, link.path.path, "a link to " + link.target));
    }
    for (const File& file : files_) {
      RETURN_IF_ERROR(
          description.Add(SLIPWAY_EFFECT_MOUNT, file.path.path,
                          "a file of " + std::to_string(file.text.size()) + " bytes in memory" +
                              (file.readonly ? ", read-only" : ", to which can be written")));
    }
    if (secrets_.empty()) return Ok();
    return description.Add(SLIPWAY_EFFECT_MOUNT, "secrets",
                           std::to_string(secrets_.size()) + " in memory, read-only");
  }

  Status InChild(Child& child) override {
    for (size_t i = 0; i < folders_.size(); ++i) {
      Status status = files_stage::MakeFolder(child, folders_[i]);
      if (!status.ok()) return status.error().Option(slipway::Element("folders", i));
    }
    for (size_t i = 0; i < links_.size(); ++i) {
      Status status = files_stage::MakeLink(child, links_[i]);
      if (!status.ok()) return status.error().Option(slipway::Element("links", i));
    }
    const std::vector<Content> contents = Contents();
    ASSIGN_OR_RETURN(const std::vector<sys::Fd> mounts,
                     files_stage::MakeFiles(contents, room_.count));
    for (size_t i = 0; i < mounts.size(); ++i) {
      Status status = child.Attach(mounts[i].get(), {contents[i].path});
      if (!status.ok()) return Explain(status, contents[i]);
    }
    return Ok();
  }

 private:
  template <typename Items>
  static Status CheckPaths(const Items& items, const char* list,
                           std::map<std::string, std::string>& taken) {
    for (size_t i = 0; i < items.size(); ++i) {
      const files_stage::Place place = files_stage::PlaceOf(items[i].path.path);
      if (place.name.empty()) {
        return Error("not the path of a file", items[i].path.path, "name one below /")
            .Option(slipway::Element(list, i));
      }
      const auto [there, added] =
          taken.emplace(place.folder + place.name, slipway::Element(list, i));
      if (added) continue;
      return Error("named twice", items[i].path.path, there->second + " is the same")
          .Option(slipway::Element(list, i));
    }
    return Ok();
  }

  template <typename Given>
  static Content ContentOf(const Given& item, const std::string& option, bool readonly) {
    return {.path = item.path.path,
            .option = option,
            .text = item.text,
            .mode = item.mode.bits,
            .user = item.user,
            .group = item.group,
            .readonly = readonly};
  }

  std::vector<Content> Contents() const {
    std::vector<Content> contents;
    for (size_t i = 0; i < files_.size(); ++i) {
      contents.push_back(ContentOf(files_[i], slipway::Element("files", i), files_[i].readonly));
    }
    for (size_t i = 0; i < secrets_.size(); ++i) {
      contents.push_back(ContentOf(secrets_[i], slipway::Element("secrets", i), /*readonly=*/true));
    }
    return contents;
  }

  static Status Explain(Status& status, const Content& content) {
    if (status.error()->errno_value == ENOENT) {
      status.error().Hint(
          "a file can be mounted over one that is there; another is made only where it goes with "
          "the container: set overlay: true of the stage mount, or put it below a tmpfs");
    }
    return status.error().Option(content.option);
  }

  std::vector<File> files_;
  std::vector<Secret> secrets_;
  std::vector<Folder> folders_;
  std::vector<Link> links_;
  slipway::Bytes room_;
};

}  // namespace

SLIPWAY_STAGE(Files, {.name = "files",
                      .summary = "Files with given texts, folders and links",
                      .privileges = SLIPWAY_ROOT_OR_USERNS,
                      .provides = {"files"},
                      .requires_ = {"mount-namespace"},
                      .after = {"root", "procfs", "sysfs", "dev"}});
