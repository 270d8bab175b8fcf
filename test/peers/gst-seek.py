"""GStreamer's playbin on the address in argv[1]: opened, sought to argv[2] seconds, played for two more. Prints one line of JSON: duration
and position in seconds, the brightness (0 to 255) of the upper half of the picture that stood there after the seek, and what went wrong."""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)
limit = 30 * Gst.SECOND
player = Gst.ElementFactory.make("playbin")
pictures = Gst.ElementFactory.make("appsink")
pictures.set_property("caps", Gst.Caps.from_string("video/x-raw,format=GRAY8"))
pictures.set_property("drop", True)
pictures.set_property("max-buffers", 1)
sound = Gst.ElementFactory.make("fakesink")
sound.set_property("sync", True)
player.set_property("uri", sys.argv[1])
player.set_property("video-sink", pictures)
player.set_property("audio-sink", sound)


def brightness(sample):
    structure = sample.get_caps().get_structure(0)
    height = structure.get_value("height")
    bytes_ = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    upper = bytes_[: len(bytes_) * (height // 2) // height]
    return sum(upper) / len(upper)


def seconds(query):
    return query(Gst.Format.TIME)[1] / Gst.SECOND


player.set_state(Gst.State.PAUSED)
player.get_state(limit)
told = {"duration": seconds(player.query_duration)}
player.seek_simple(Gst.Format.TIME, Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE, int(sys.argv[2]) * Gst.SECOND)
player.get_state(limit)
told["brightness"] = brightness(pictures.emit("pull-preroll"))
player.set_state(Gst.State.PLAYING)
fault = player.get_bus().timed_pop_filtered(2 * Gst.SECOND, Gst.MessageType.ERROR | Gst.MessageType.EOS)
told["position"] = seconds(player.query_position)
told["fault"] = "" if fault is None else str(fault.get_structure())
player.set_state(Gst.State.NULL)
print(json.dumps(told))
