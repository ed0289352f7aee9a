"""A window of WebKitGTK that WebKitWebDriver drives.

    webkitWindow.py WIDTH HEIGHT DOWNLOADS WATCH

The driver's default, MiniBrowser, is never as narrow as a phone and does not print the console
messages of automated pages. The driver itself clicks the mouse instead of touching.

DOWNLOADS is a folder. WATCH is a script that runs in each page before its own. A page asks for a
touch by webkit.messageHandlers.tap.postMessage({x, y}).
"""

import ctypes
import os
import sys
import tempfile

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gdk, GLib, Gtk, WebKit2

width, height, downloads, watch = sys.argv[1:]

# The field that tells one finger from another. Python has no setter for it.
SEQUENCE = next(
    field.get_offset()
    for field in Gdk.EventTouch.__info__.get_fields()
    if field.get_name() == "sequence"
)


def touch(view, kind, x, y):
    event = Gdk.Event.new(kind)
    event.touch.window = view.get_window()
    event.touch.x = event.touch.x_root = x
    event.touch.y = event.touch.y_root = y
    event.touch.time = GLib.get_monotonic_time() // 1000 % 2**32
    event.set_device(view.get_display().get_default_seat().get_pointer())
    ctypes.c_void_p.from_address(hash(event) + SEQUENCE).value = 1
    Gtk.main_do_event(event)


def tap(view, message):
    point = message.get_js_value()
    x, y = (point.object_get_property(name).to_double() for name in "xy")
    for kind in (Gdk.EventType.TOUCH_BEGIN, Gdk.EventType.TOUCH_END):
        touch(view, kind, x, y)


def open_window(_session, context):
    content = WebKit2.UserContentManager()
    content.add_script(
        WebKit2.UserScript.new(
            watch,
            WebKit2.UserContentInjectedFrames.ALL_FRAMES,
            WebKit2.UserScriptInjectionTime.START,
            None,
            None,
        )
    )
    content.register_script_message_handler("tap")
    view = WebKit2.WebView(
        web_context=context,
        user_content_manager=content,
        is_controlled_by_automation=True,
        settings=WebKit2.Settings(
            enable_write_console_messages_to_stdout=True,
            # Without a graphics card, emulating one makes pages half as slow again.
            hardware_acceleration_policy=WebKit2.HardwareAccelerationPolicy.NEVER,
        ),
    )
    content.connect("script-message-received::tap", lambda _, message: tap(view, message))
    window = Gtk.Window(default_width=int(width), default_height=int(height))
    window.add(view)
    window.show_all()
    view.connect("close", lambda _: window.destroy())
    return view


def automate(context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("WebKitGTK")
    session.set_application_info(info)
    session.connect("create-web-view", open_window, context)


def keep(_context, download):
    def decide(download, name):
        download.set_destination(GLib.filename_to_uri(os.path.join(downloads, name)))
        return True

    download.connect("decide-destination", decide)


# A window without a folder for its data prints no console messages.
data = tempfile.mkdtemp(dir=os.environ["HOME"])
context = WebKit2.WebContext(
    website_data_manager=WebKit2.WebsiteDataManager(
        base_data_directory=data, base_cache_directory=data
    )
)
context.set_automation_allowed(True)
context.connect("automation-started", automate)
context.connect("download-started", keep)
Gtk.main()
